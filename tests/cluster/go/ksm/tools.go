// What the test cluster builds out of this module; pinned by go.mod and go.sum beside this file.
//go:build tools

package tools

import _ "k8s.io/kube-state-metrics/v2"
