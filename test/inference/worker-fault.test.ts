import { describe, expect, it } from "vitest";
import { fromWire } from "../../src/inference/worker-fault.js";

const missing = (cause: string, dependency = "onnxruntime-node") =>
  fromWire({ kind: "missing", dependency, purpose: "Running models on this machine", cause });

describe("the error for a runtime that cannot be loaded", () => {
  it("names the firewall case and the command if onnxruntime-node is not installed", () => {
    for (const cause of ["Cannot find package 'onnxruntime-node' imported from …", "Cannot find module 'x'"]) {
      const error = missing(cause);
      expect(error.name).toBe("MissingDependencyError");
      expect(error.message).toMatch(/firewall.*Install it: npm install onnxruntime-node --ignore-scripts$/);
    }
  });

  it("quotes the loader and names systems without glibc if the binary does not load", () => {
    const error = missing("Error loading shared library ld-linux-x86-64.so.2: No such file or directory");
    expect(error.message).toMatch(/is installed, but its native binary does not load here: .*ld-linux.*Alpine Linux/);
    expect(error.message).not.toContain("firewall");
    expect(error.cause).toContain("ld-linux");
  });

  it("gives the reason for other runtimes", () => {
    expect(missing("no wasm", "onnxruntime-web").message).toContain("The reason: no wasm.");
  });
});
