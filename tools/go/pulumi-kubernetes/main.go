// The Kubernetes provider of Pulumi, built from its published Go module.
//
// The module's own main package embeds two generated files that are not part of it, so this one
// embeds the schema and the mapping that the module does hold. tools/parts.py writes both files,
// with the release's version in the schema, before it builds.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
