// Package env pins what `test/env/install` builds.

//go:build tools

package env

import _ "github.com/errata-ai/vale/v3/cmd/vale"
