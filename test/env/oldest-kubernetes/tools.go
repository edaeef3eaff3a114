// Package env pins what `test/env/install` builds.

//go:build tools

package env

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
)
