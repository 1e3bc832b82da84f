// What the test cluster builds out of this module; pinned by go.mod and go.sum beside this file.
//go:build tools

package tools

import _ "github.com/containernetworking/plugins/plugins/main/bridge"
import _ "github.com/containernetworking/plugins/plugins/main/loopback"
import _ "github.com/containernetworking/plugins/plugins/ipam/host-local"
import _ "github.com/containernetworking/plugins/plugins/meta/portmap"
