// Package kubernetes stands in for Pulumi's Go SDK of Kubernetes, which has a type for each kind and version of object:
// to compile it takes twice as long as the provider and everything else in it. The provider needs it only for its own
// components, which read YAML files and Helm charts. Nothing here uses those, so only what they name is here.
package kubernetes

import "reflect"

type UntypedArgs map[string]any

func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
