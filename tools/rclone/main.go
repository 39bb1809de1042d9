// rclone with what the gateway to an SFTP server needs, for the tests: what runs in a cluster is the official image of the
// same version, which has the same commands and many others.
package main

import (
	_ "github.com/rclone/rclone/backend/local"
	_ "github.com/rclone/rclone/backend/sftp"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/serve"
	_ "github.com/rclone/rclone/cmd/serve/restic"
	_ "github.com/rclone/rclone/cmd/version"
)

func main() {
	cmd.Main()
}
