// Package v4 has what the provider's component for Helm charts names.
package v4

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

type RepositoryOpts struct {
	CaFile, CertFile, KeyFile pulumi.AssetOrArchive
	Username, Password, Repo  *string
}

type RepositoryOptsInput interface{ pulumi.Input }

type PostRenderer struct {
	Command string
	Args    []string
}

type PostRendererInput interface{ pulumi.Input }
