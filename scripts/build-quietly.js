/** Builds the package and prints nothing unless the build fails, for `npm run demo` in a fresh clone. */
import { spawnSync } from "node:child_process";

const { status, stdout, stderr, error } = spawnSync("npm", ["run", "build", "--silent"], {
  encoding: "utf8",
  shell: process.platform === "win32",
});
if (error) throw error;
if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
process.exitCode = status ?? 1;
