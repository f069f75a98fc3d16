/** A piece of SQL, with where it stands in the text. */
export interface Token {
  /** `word` is a bare identifier or keyword, `name` a quoted identifier, `literal` a quoted string. */
  readonly kind: 'word' | 'name' | 'literal' | 'number' | 'parameter' | 'symbol'
  /** Words in lower case, names and literals without their quotes and escapes, the rest as written. */
  readonly value: string
  readonly start: number
  readonly end: number
}

/** One statement of a text that may hold several. */
export interface Statement {
  readonly sql: string
  readonly tokens: readonly Token[]
}

/**
 * Splits a text at its semicolons; comments, empty statements and the text around them fall away.
 *
 * Backslash is an escape inside ordinary literals: Redshift descends from PostgreSQL 8.0, which knew nothing else.
 */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = []
  let tokens: Token[] = []
  const close = () => {
    const first = tokens[0]
    const last = tokens[tokens.length - 1]
    if (first !== undefined && last !== undefined) {
      const shift = first.start
      statements.push({
        sql: text.slice(shift, last.end),
        tokens:
          shift === 0
            ? tokens
            : tokens.map((token) => ({ ...token, start: token.start - shift, end: token.end - shift })),
      })
    }
    tokens = []
  }
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const token = readToken(text, at)
    if (token.kind === 'symbol' && token.value === ';') close()
    else tokens.push(token)
    at = token.end
  }
  close()
  return statements
}

/** Whether the tokens from `at` are these lower-case words, none of them quoted. */
export function areWords(tokens: readonly Token[], at: number, ...words: readonly string[]): boolean {
  return words.every((word, i) => isWord(tokens[at + i], word))
}

/** Whether a token is this lower-case word, unquoted. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.value)
}

/** Whether a token is this symbol. */
export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol
}

/** A literal that says the same to Postgres, whatever standard_conforming_strings is. */
export function quoteLiteral(value: string): string {
  const quoted = `'${value.replace(/'/g, "''").replace(/\\/g, '\\\\')}'`
  return value.includes('\\') ? ` E${quoted}` : quoted
}

/** A quoted identifier. */
export function quoteName(name: string): string {
  return `"${name.replace(/"/g, '""')}"`
}

function skipBlanks(text: string, from: number): number {
  let at = from
  for (;;) {
    while (at < text.length && /\s/.test(text.charAt(at))) at++
    if (text.startsWith('--', at)) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (text.startsWith('/*', at)) at = endOfComment(text, at)
    else return at
  }
}

function endOfComment(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; ) {
    if (text.startsWith('/*', at)) depth++
    else if (text.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
    if (depth === 0) return at
  }
  return text.length
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y
const PARAMETER = /\$\d+/y
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

function readToken(text: string, start: number): Token {
  const first = text.charAt(start)
  if (first === "'") return readLiteral(text, start, start)
  if ((first === 'e' || first === 'E') && text.charAt(start + 1) === "'") return readLiteral(text, start, start + 1)
  if (first === '"') return readQuotedName(text, start)
  const word = match(WORD, text, start)
  if (word !== undefined) return { kind: 'word', value: word.toLowerCase(), start, end: start + word.length }
  const number = match(NUMBER, text, start)
  if (number !== undefined) return { kind: 'number', value: number, start, end: start + number.length }
  const parameter = match(PARAMETER, text, start)
  if (parameter !== undefined) return { kind: 'parameter', value: parameter, start, end: start + parameter.length }
  const fence = match(DOLLAR_QUOTE, text, start)
  if (fence !== undefined) {
    const close = text.indexOf(fence, start + fence.length)
    const end = close < 0 ? text.length : close + fence.length
    return { kind: 'literal', value: text.slice(start + fence.length, close < 0 ? text.length : close), start, end }
  }
  return { kind: 'symbol', value: first, start, end: start + 1 }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

// `'\\N'`, the usual null string, is written with one backslash as often as with two.
const ESCAPES: Readonly<Record<string, string>> = { N: '\\N', n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const OCTAL = /[0-7]{1,3}/y

function readLiteral(text: string, start: number, quote: number): Token {
  let value = ''
  let at = quote + 1
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === "'") {
      if (text.charAt(at + 1) !== "'") break
      value += "'"
      at += 2
    } else if (char === '\\') {
      const octal = match(OCTAL, text, at + 1)
      const escaped = text.charAt(at + 1)
      value +=
        octal === undefined ? (ESCAPES[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(octal, 8) & 255)
      at += 1 + (octal?.length ?? 1)
    } else {
      value += char
      at++
    }
  }
  return { kind: 'literal', value, start, end: Math.min(at + 1, text.length) }
}

function readQuotedName(text: string, start: number): Token {
  let value = ''
  let at = start + 1
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === '"') {
      if (text.charAt(at + 1) !== '"') break
      at++
    }
    value += char
    at++
  }
  return { kind: 'name', value, start, end: Math.min(at + 1, text.length) }
}
