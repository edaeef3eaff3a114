// Package env pins what `test/env/install` builds.

//go:build tools

package env

import _ "github.com/rhysd/actionlint/cmd/actionlint"
