/** What synth says about a value that AWS would refuse, after the path of its construct; nothing if it is right. */
export function outOfRange(what: string, value: number, least: number, most: number): readonly string[] {
  return value >= least && value <= most ? [] : [`${what} is ${value}, and must be from ${least} to ${most}`]
}
