/** Imports the modules named on the command line one after the other, and prints a line of JSON for each: `{ output, error }`. */

import { pathToFileURL } from "node:url";
import { format } from "node:util";

const write = process.stdout.write.bind(process.stdout);
for (const path of process.argv.slice(2)) {
  let output = "";
  for (const method of ["log", "warn", "error", "info"]) {
    console[method] = (...values) => {
      output += `${format(...values)}\n`;
    };
  }
  process.stdout.write = (text) => {
    output += text;
    return true;
  };
  let error;
  try {
    await import(pathToFileURL(path).href);
  } catch (thrown) {
    error = { name: thrown?.name ?? "Error", message: thrown?.message ?? String(thrown) };
  }
  write(`${JSON.stringify({ output, error })}\n`);
}
