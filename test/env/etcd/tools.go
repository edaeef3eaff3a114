// Package env pins what `test/env/install` builds.

//go:build tools

package env

import _ "go.etcd.io/etcd/server/v3"
