"""Leaves the Go SDK's resource types out of the provider: they take half of its build.

The provider uses them in one place, to register the children of its own components (`ConfigGroup`,
`ConfigFile`, `Chart` and `Directory`), and of each type only the name. Here the children have the
same names without a type of Go. Nothing else changes.
"""

from .patch import Replacement

_YAML = "pkg/provider/yaml/v2/yaml.go"

UNTYPED_CHILDREN = (
    Replacement(
        _YAML, '\tyamlv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/yaml/v2"\n', ""
    ),
    Replacement(
        _YAML,
        "\tres, err := yamlv2.RegisterResource(ctx, apiVersion, kind, resourceName,"
        " kubernetes.UntypedArgs(obj.Object), resourceOpts...)\n",
        "\tmodule := apiVersion\n"
        '\tif module == "v1" {\n'
        '\t\tmodule = "core/v1"\n'
        "\t}\n"
        '\ttoken := fmt.Sprintf("kubernetes:%s:%s", module, kind)\n'
        "\tres := new(pulumi.CustomResourceState)\n"
        "\terr := ctx.RegisterResource(token, resourceName,"
        " kubernetes.UntypedArgs(obj.Object), res, resourceOpts...)\n",
    ),
)
