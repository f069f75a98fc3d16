/**
 * A message without what others chose: the addresses of files, and whatever stands in quotes. A key such as
 * `AccessDenied/x.csv`, a table `forbidden` or a value `1023` must not decide what an error means.
 * @param names addresses that may stand in it, as they are written there; a key may hold blanks, so they are known beforehand
 */
export function withoutNames(text: string, names: readonly string[]): string {
  const there = names.filter((name) => name !== '' && text.includes(name))
  // The longest first, as one may begin another.
  const left = there.sort((a, b) => b.length - a.length).reduce((rest, name) => rest.replaceAll(name, ''), text)
  return left
    .replace(/\b(?:s3|https?):\/\/[^\s'"]*/g, '')
    .replace(/"[^"\n]*"/g, '""')
    .replace(/(?<!\w)'[^'\n]*'/g, "''")
}
