// What the test cluster builds out of this module; pinned by go.mod and go.sum beside this file.
//go:build tools

package tools

import _ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
