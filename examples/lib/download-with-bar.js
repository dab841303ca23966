import { downloadModel, findModel } from "langchain-rerank/models";

const WIDTH = 28;

/**
 * Downloads a model and shows how far it is; shows nothing when nothing has to be fetched.
 *
 * @param {string} name a registered model, or a repository of the hub with an ONNX file
 * @param {{ acceptLicense?: boolean, stream?: NodeJS.WritableStream }} [options] `acceptLicense`: your use is allowed by the license of a
 *   model that forbids commercial use
 */
export async function downloadWithBar(name, { acceptLicense = false, stream = process.stderr } = {}) {
  if (findModel(name)?.bundled) return;
  let shown = false;
  try {
    await downloadModel(name, {
      acceptLicense,
      onProgress: ({ bytes, total }) => {
        shown = true;
        const share = total > 0 ? bytes / total : 0;
        const filled = Math.round(share * WIDTH);
        const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
        stream.write(
          `\r${bar} ${Math.round(share * 100)}%  ${(bytes / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB  ${name}`,
        );
      },
    });
  } finally {
    if (shown) stream.write("\n");
  }
}
