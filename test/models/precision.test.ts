import { describe, expect, it } from "vitest";
import { chooseWeights, noWeights } from "../../src/models/precision.js";
import { thisMachine } from "../../src/platform/node/machine.js";

const INT8 = { arch: "x64", int8: true };
const PLAIN = { arch: "x64", int8: false };
const BOTH = ["onnx/model.onnx", "onnx/model_quantized.onnx", "README.md"];
const ENTRY = { files: {} };

describe("chooseWeights", () => {
  it("takes 8 bits of a registered model where the processor is made for them", () => {
    expect(chooseWeights(BOTH, "auto", ENTRY, INT8)).toEqual({ precision: "q8", path: "onnx/model_quantized.onnx" });
    expect(chooseWeights(BOTH, "auto", ENTRY, PLAIN)).toEqual({ precision: "fp32", path: "onnx/model.onnx" });
  });

  it("takes full precision of files that nobody vouches for, and of those whose 8 bits lose quality", () => {
    expect(chooseWeights(BOTH, "auto", undefined, INT8)?.precision).toBe("fp32");
    expect(chooseWeights(BOTH, "auto", { files: {}, lossy: ["q8"] }, INT8)?.precision).toBe("fp32");
    expect(chooseWeights(["onnx/model_int8.onnx"], "auto", { files: {}, lossy: ["q8"] }, INT8)?.precision).toBe("q8");
  });

  it("prefers the file that the registry names", () => {
    const entry = { files: { q8: { path: "onnx/model_int8.onnx" } } };
    expect(chooseWeights([...BOTH, "onnx/model_int8.onnx"], "q8", entry, INT8)?.path).toBe("onnx/model_int8.onnx");
  });

  it("takes files of an instruction set only where it is", () => {
    const files = ["onnx/model_qint8_arm64.onnx", "onnx/model_qint8_avx512_vnni.onnx", "onnx/model_quint8_avx2.onnx"];
    expect(chooseWeights(files, "q8", ENTRY, INT8)?.path).toBe("onnx/model_qint8_avx512_vnni.onnx");
    expect(chooseWeights(files, "q8", ENTRY, PLAIN)?.path).toBe("onnx/model_quint8_avx2.onnx");
    expect(chooseWeights(files, "q8", ENTRY, { arch: "arm64", int8: true })?.path).toBe("onnx/model_qint8_arm64.onnx");
  });

  it("takes a single file of any name, and says what there is when it takes none", () => {
    expect(chooseWeights(["rerank.onnx"], "auto", undefined, INT8)?.path).toBe("rerank.onnx");
    expect(chooseWeights(["a.onnx", "b.onnx"], "auto", undefined, INT8)).toBeUndefined();
    expect(noWeights(["a.onnx", "b.onnx"], "auto")).toContain("there are a.onnx, b.onnx");
    expect(chooseWeights(BOTH, "q4", ENTRY, INT8)).toBeUndefined();
    expect(noWeights(["config.json"], "auto")).toContain("no ONNX file");
  });

  it("knows this machine", () => {
    expect(thisMachine().arch).toBe(process.arch);
  });
});
