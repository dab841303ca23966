import type { DownloadProgress } from "../../models/download-progress.js";

/** Where a download stands, for the end of a progress bar. */
export function downloadDetail({ file, bytes, total }: DownloadProgress): string {
  return `${formatBytes(bytes)} of ${formatBytes(total)}  ${file}`;
}

/** Bytes in decimal units, as file managers and the hub show them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"] as const;
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power > 0 && value < 10 ? 1 : 0)} ${units[power]}`;
}
