import { isSymbol, type Token } from './sql-tokens'

/** Index of the parenthesis that closes the one at `open`; the last token where it is never closed. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (isSymbol(tokens[at], '(')) depth++
    else if (isSymbol(tokens[at], ')') && --depth === 0) return at
  }
  return tokens.length - 1
}

/** The parts between the commas that stand in no parentheses. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth++
    if (isSymbol(token, ')')) depth--
    if (depth === 0 && isSymbol(token, ',')) parts.push([])
    else parts[parts.length - 1]?.push(token)
  }
  return parts
}

/**
 * Index of the first token from `from` that fits and stands in no parentheses opened after it; the search ends at the
 * parenthesis that closes what `from` stands in. -1 when there is none.
 */
export function findOnLevel(
  tokens: readonly Token[],
  from: number,
  fits: (token: Token, at: number) => boolean,
): number {
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || isSymbol(token, ')')) return -1
    if (fits(token, at)) return at
    if (isSymbol(token, '(')) at = closing(tokens, at)
  }
  return -1
}

/** Index of the token behind everything that stands on the level of `from`: a closing parenthesis, or the end. */
export function endOfLevel(tokens: readonly Token[], from: number): number {
  for (let at = from; at < tokens.length; at++) {
    if (isSymbol(tokens[at], ')')) return at
    if (isSymbol(tokens[at], '(')) at = closing(tokens, at)
  }
  return tokens.length
}
