/** What a reader of a report's scores needs to know, as whole sentences. */
export function warningsOf(report: { warnings?: readonly string[]; queryTruncated?: boolean }): string[] {
  const { warnings = [], queryTruncated } = report;
  return [...(queryTruncated ? ["The query is longer than the model can read and was truncated."] : []), ...warnings];
}
