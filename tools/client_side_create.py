"""Turns the provider of kind `upsert` into one of kind `create`, which creates as from 4.29 on.

A create is a POST that fails if the object exists, instead of a server-side apply that takes it
over. It is an emulation, because Go modules of those releases are not available. The rest is
already in the module: a preview of an existing object falls back to its inputs, and the first
update transfers the fields of the manager `pulumi-kubernetes` to the object's own manager.
"""

from .patch import Replacement

ENVIRONMENT = "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"
"""Restores the upsert; only providers of this kind read it."""

_AWAIT = "pkg/await/await.go"
_PROVIDER = "pkg/provider/provider.go"

CLIENT_SIDE_CREATE = (
    Replacement(
        _AWAIT,
        "\tServerSideApply   bool\n",
        "\tServerSideApply   bool\n\tUpsertExistingObjects bool\n",
    ),
    Replacement(
        _AWAIT,
        "\t\t\tif c.ServerSideApply {\n",
        "\t\t\tapplies := c.UpsertExistingObjects ||"
        " kinds.IsPatchResource(c.URN, c.Inputs.GetKind())\n"
        "\t\t\tif c.ServerSideApply && applies {\n",
    ),
    Replacement(
        _AWAIT,
        "metav1.CreateOptions{\n\t\t\t\t\tFieldManager: c.FieldManager,\n",
        'metav1.CreateOptions{\n\t\t\t\t\tFieldManager: "pulumi-kubernetes",\n',
    ),
    Replacement(
        _AWAIT,
        "\terr := retrier.Do(apierrors.IsNotFound, meta.IsNoMatchError)\n",
        "\terr := retrier.Do(apierrors.IsNotFound, meta.IsNoMatchError)\n"
        "\tif apierrors.IsAlreadyExists(err) {\n"
        '\t\treturn nil, fmt.Errorf("%w\\n\\nThis object exists in the cluster already.'
        " An alias keeps a renamed resource, `pulumi import` adopts the object,"
        ' and the provider option upsertExistingObjects lets a create change it.", err)\n'
        "\t}\n",
    ),
    Replacement(
        _PROVIDER,
        "\tserverSideApplyMode         bool\n",
        "\tserverSideApplyMode         bool\n\tupsertExistingObjects bool\n",
    ),
    Replacement(
        _PROVIDER,
        "\tenableConfigMapMutable := func() bool {\n",
        '\tupsert, isConfigured := vars["kubernetes:config:upsertExistingObjects"]\n'
        "\tif !isConfigured {\n"
        f'\t\tupsert = os.Getenv("{ENVIRONMENT}")\n'
        "\t}\n"
        "\tk.upsertExistingObjects = upsert == trueStr\n\n"
        "\tenableConfigMapMutable := func() bool {\n",
    ),
    Replacement(
        _PROVIDER,
        "\tconfig := await.CreateConfig{\n\t\tProviderConfig: await.ProviderConfig{\n",
        "\tconfig := await.CreateConfig{\n\t\tProviderConfig: await.ProviderConfig{\n"
        "\t\t\tUpsertExistingObjects: k.upsertExistingObjects,\n",
    ),
)
