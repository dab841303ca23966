import type { DownloadProgress } from "../../models/download-progress.js";

/** Progress of a download, for the end of a progress bar. */
export function downloadDetail({ file, bytes, total }: DownloadProgress): string {
  return `${formatBytes(bytes)} of ${formatBytes(total)}  ${file}`;
}

/** Formats bytes in decimal units, like file managers and the hub. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"] as const;
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power > 0 && value < 10 ? 1 : 0)} ${units[power]}`;
}
