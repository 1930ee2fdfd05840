"""What `make` removes from the configuration of a stack, and what it keeps."""

from pathlib import Path

import pytest

from tools.configuration import Configuration

SALT = "encryptionsalt: v1:e0s3uIva2Fc=:v1:qR3AYQZPQOE753Zk:Xqpe3gi7NKdo34PxklErWTLW8O0r6Q==\n"
PLAIN = """\
# the shop of the second floor
config:
  # how many of each
  shop:count: "3"
  shop:text: "secure: no"
  kubernetes:renderYamlToDirectory: /somewhere/out
  "shop:list":
  - one
  - two
"""
SECURE = (
    PLAIN
    + """\
  shop:token:
    secure: v1:mTXP/JNCPE2WQVg9:+pRI2g0eSLfDCrNh+FZaQXD0
  shop:nested:
    a:
      b: {secure: "v1:vNAYeBZQVf9G1x/1:xW5UGQBf1aI8c7O0LF9fSqEt"}
    c: 4
  shop:many:
  - secure: v1:7scIkw6sGnTbCkjU:RqwnDepXFrEXo4EgE7p4qp4=
"""
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Pulumi.dev.yaml"


@pytest.mark.parametrize("text", [SALT + PLAIN, PLAIN + SALT, SALT + SECURE])
def test_only_the_salt_is_removed(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)
    here = Configuration(file)
    assert here.has_salt

    here.drop_salt()

    assert not here.has_salt
    assert file.read_text() == text.replace(SALT, "")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", [SALT, f"{SALT}config: {{}}\n", f"---\nconfig:\n{SALT}"])
def test_a_file_without_answers_is_removed(file: Path, text: str) -> None:
    file.write_text(text)
    Configuration(file).drop_salt()
    assert not file.exists()


def test_a_file_with_only_a_comment_is_kept(file: Path) -> None:
    file.write_text(f"# mine\n{SALT}")
    Configuration(file).drop_salt()
    assert file.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (SALT + SECURE, ["shop:token", "shop:nested", "shop:many"]),
        (SALT + PLAIN, []),
        ("config: {shop:token: {secure: v1:a:b}}\n", ["config"]),
        ("", []),
    ],
)
def test_encrypted_values_are_named(file: Path, text: str, keys: list[str]) -> None:
    file.write_text(text)
    assert Configuration(file).secure_keys() == keys


def test_one_key_goes_and_the_others_stay(file: Path) -> None:
    file.write_text(SALT + SECURE)

    Configuration(file).drop("kubernetes:renderYamlToDirectory")
    Configuration(file).drop("shop:nested")
    Configuration(file).drop("shop:absent")

    assert file.read_text() == (
        SALT
        + PLAIN.replace("  kubernetes:renderYamlToDirectory: /somewhere/out\n", "")
        + "  shop:token:\n    secure: v1:mTXP/JNCPE2WQVg9:+pRI2g0eSLfDCrNh+FZaQXD0\n"
        + "  shop:many:\n  - secure: v1:7scIkw6sGnTbCkjU:RqwnDepXFrEXo4EgE7p4qp4=\n"
    )


def test_a_missing_file_is_not_created(file: Path) -> None:
    here = Configuration(file)
    here.drop_salt()
    here.drop("shop:token")
    assert not here.has_salt
    assert not file.exists()


def test_a_link_stays_a_link(tmp_path: Path, file: Path) -> None:
    real = tmp_path / "elsewhere.yaml"
    real.write_text(SALT + PLAIN)
    file.symlink_to(real)

    Configuration(file).drop_salt()

    assert file.is_symlink()
    assert real.read_text() == PLAIN
