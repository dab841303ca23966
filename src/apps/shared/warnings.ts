/** What somebody who reads the scores of a report has to know, as whole sentences. */
export function warningsOf(report: { warnings?: readonly string[]; queryTruncated?: boolean }): string[] {
  const { warnings = [], queryTruncated } = report;
  return [...(queryTruncated ? ["The query is longer than the model reads and was cut."] : []), ...warnings];
}
