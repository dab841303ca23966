import { describe, expect, it } from "vitest";
import { chooseWeights, noWeights } from "../../src/models/precision.js";
import { thisMachine } from "../../src/platform/node/machine.js";

const INT8 = { arch: "x64", int8: true };
const PLAIN = { arch: "x64", int8: false };
const BOTH = ["onnx/model.onnx", "onnx/model_quantized.onnx", "README.md"];
const ENTRY = { files: {} };

describe("chooseWeights", () => {
  it("chooses 8 bits for a registered model if the processor has int8 instructions", () => {
    expect(chooseWeights(BOTH, "auto", ENTRY, { machine: INT8 })).toEqual({
      precision: "q8",
      path: "onnx/model_quantized.onnx",
    });
    expect(chooseWeights(BOTH, "auto", ENTRY, { machine: PLAIN })).toEqual({
      precision: "fp32",
      path: "onnx/model.onnx",
    });
  });

  it("chooses full precision for unregistered files and where 8 bits lose quality", () => {
    expect(chooseWeights(BOTH, "auto", undefined, { machine: INT8 })?.precision).toBe("fp32");
    expect(chooseWeights(BOTH, "auto", { files: {}, lossy: ["q8"] }, { machine: INT8 })?.precision).toBe("fp32");
    expect(
      chooseWeights(["onnx/model_int8.onnx"], "auto", { files: {}, lossy: ["q8"] }, { machine: INT8 })?.precision,
    ).toBe("q8");
  });

  it("prefers the file that the registry names", () => {
    const entry = { files: { q8: { path: "onnx/model_int8.onnx" } } };
    expect(chooseWeights([...BOTH, "onnx/model_int8.onnx"], "q8", entry, { machine: INT8 })?.path).toBe(
      "onnx/model_int8.onnx",
    );
  });

  it("chooses files for an instruction set only on machines that have it", () => {
    const files = ["onnx/model_qint8_arm64.onnx", "onnx/model_qint8_avx512_vnni.onnx", "onnx/model_quint8_avx2.onnx"];
    expect(chooseWeights(files, "q8", ENTRY, { machine: INT8 })?.path).toBe("onnx/model_qint8_avx512_vnni.onnx");
    expect(chooseWeights(files, "q8", ENTRY, { machine: PLAIN })?.path).toBe("onnx/model_quint8_avx2.onnx");
    expect(chooseWeights(files, "q8", ENTRY, { machine: { arch: "arm64", int8: true } })?.path).toBe(
      "onnx/model_qint8_arm64.onnx",
    );
  });

  it("chooses a single file of any name, and lists the files when there is none to choose", () => {
    expect(chooseWeights(["rerank.onnx"], "auto", undefined, { machine: INT8 })?.path).toBe("rerank.onnx");
    expect(chooseWeights(["a.onnx", "b.onnx"], "auto", undefined, { machine: INT8 })).toBeUndefined();
    expect(noWeights(["a.onnx", "b.onnx"], "auto")).toContain("There are a.onnx, b.onnx");
    expect(chooseWeights(BOTH, "q4", ENTRY, { machine: INT8 })).toBeUndefined();
    expect(noWeights(["config.json"], "auto")).toContain("no ONNX file");
  });

  it("knows the file names of Optimum's optimization levels", () => {
    const levels = ["onnx/model_O1.onnx", "onnx/model_O2.onnx", "onnx/model_O3.onnx", "onnx/model_O4.onnx"];
    expect(chooseWeights(levels, "auto", undefined)).toEqual({ precision: "fp32", path: "onnx/model_O3.onnx" });
    expect(chooseWeights(levels, "fp16", undefined)).toEqual({ precision: "fp16", path: "onnx/model_O4.onnx" });
    expect(chooseWeights(["model_O4.onnx"], "auto", undefined)).toEqual({ precision: "fp16", path: "model_O4.onnx" });
  });

  it("chooses exactly the file that the caller named", () => {
    const options = { machine: INT8, file: "onnx/model_quantized.onnx" };
    expect(chooseWeights(BOTH, "auto", undefined, options)).toEqual({ precision: "q8", path: options.file });
    expect(chooseWeights(BOTH, "auto", undefined, { file: "onnx/model_O3.onnx" })).toBeUndefined();
    expect(noWeights(BOTH, "auto", "onnx/model_O3.onnx")).toContain(
      "no file onnx/model_O3.onnx. There are onnx/model.onnx",
    );
  });

  it("reports the architecture of this machine", () => {
    expect(thisMachine().arch).toBe(process.arch);
  });
});
