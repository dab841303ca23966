import { ModelIntegrityError } from "../errors.js";

/** Git LFS pointers are shorter than this (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md). */
export const LFS_POINTER_BYTES = 1024;

/**
 * Rejects a Git LFS pointer: a small text file that a clone without Git LFS contains in place of the real file.
 *
 * @param content The file's first bytes or its text.
 * @throws ModelIntegrityError when the content is a pointer.
 */
export function rejectLfsPointer(model: string, file: string, content: string | Uint8Array): void {
  const text = typeof content === "string" ? content : new TextDecoder().decode(content.subarray(0, LFS_POINTER_BYTES));
  if (!text.startsWith("version https://git-lfs.github.com/spec/")) return;
  const size = /^size (\d+)$/m.exec(text)?.[1];
  const problem =
    `it is a Git LFS pointer, not the file itself${size ? ` (${size} bytes)` : ""}. ` +
    "Run `git lfs install` once, and then `git lfs pull` in the repository that you cloned.";
  throw new ModelIntegrityError(model, problem, { file });
}
