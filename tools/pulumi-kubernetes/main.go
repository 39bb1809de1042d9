// The Kubernetes provider of Pulumi, as a program that can be built from its module alone.
//
// The provider has a main package of its own, but that one embeds files that its Makefile generates and that are not in
// the module. They hold the schema, which is for code generators and for programs in YAML: nothing asks for it where
// resources are registered by their type token, so an empty one stands here. The folder sdk says what else is left out.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// Pulumi compares this with the version that a program asks for, by the rules of semantic versions. The pseudo-version
// of the pin would be read as something before 4.0.0, years older than what it is: the module has no tags. The pinned
// commit is of the days in which 4.25.0 was released.
const version = "4.25.0"

func main() {
	provider.Serve("kubernetes", version, []byte(`{"name":"kubernetes","version":"`+version+`"}`), []byte(`{}`))
}
