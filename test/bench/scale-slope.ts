/** A straight line through what was measured, and how far it is from it. */
export interface Slope {
  /** What one more costs. */
  readonly each: number
  /** What it costs before the first. */
  readonly fixed: number
  /** The greatest distance of a measured point from the line, as a share of the greatest measured value. */
  readonly residual: number
}

/** The line of least squares through at least two points. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, one]) => one))]
  const spread = points.reduce((sum, [one]) => sum + (one - x) ** 2, 0)
  const each = points.reduce((sum, [one, other]) => sum + (one - x) * (other - y), 0) / spread
  const fixed = y - each * x
  const greatest = Math.max(...points.map(([, other]) => Math.abs(other)))
  const farthest = Math.max(...points.map(([one, other]) => Math.abs(other - (fixed + each * one))))
  return { each, fixed, residual: greatest === 0 ? 0 : farthest / greatest }
}
