// Package env pins what `test/env/install` builds.

//go:build tools

package env

import _ "helm.sh/helm/v3/cmd/helm"
