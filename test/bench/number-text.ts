/** Three significant digits with thousands separators: `12,300`, `1.50`, `0.00123`; whole numbers bear no decimals. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3))
  const decimals = Number.isInteger(value) || rounded === 0 ? 0 : Math.max(0, 2 - exponentOf(rounded))
  return rounded.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** What was asked for, with no digit less than it was asked with. */
export function exactly(value: number): string {
  return Number(value.toPrecision(3)) === value
    ? threeDigits(value)
    : value.toLocaleString('en-US', { maximumSignificantDigits: 15 })
}

function exponentOf(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)))
}
