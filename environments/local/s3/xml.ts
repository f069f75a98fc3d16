/** An element of a request body; S3's documents carry nothing in attributes that matters here. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** A whole document: declaration, root element with S3's namespace, content that is XML already. */
export function xml(root: string, content: string, namespace = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content}</${root}>`
}

/** An element around an escaped value; nothing at all for `undefined`. */
export function tag(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escaped(String(value))}</${name}>`
}

/** An element around content that is XML already. */
export function wrap(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

// Control characters too: a key may contain them, and a bare carriage return would be read back as a line feed.
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be escaped
  return text.replace(/[<>&"'\u0000-\u001f]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Parses a document into its root element, or `undefined` when it is not well-formed. Namespace prefixes are dropped. */
export function parseXml(document: string): XmlElement | undefined {
  const root: Growing = { name: '', text: '', children: [] }
  const open = [root]
  let position = 0
  for (const token of document.matchAll(TOKEN)) {
    if (token.index !== position) return undefined
    position += token[0].length
    const { close, start, empty, cdata, text } = token.groups ?? {}
    const top = open.at(-1)
    if (!top) return undefined
    if (start !== undefined) {
      const element: Growing = { name: localName(start), text: '', children: [] }
      top.children.push(element)
      if (empty !== '/') open.push(element)
    } else if (close !== undefined) {
      if (open.length === 1 || localName(close) !== top.name) return undefined
      open.pop()
    } else {
      top.text += cdata ?? unescaped(text ?? '')
    }
  }
  return position === document.length && open.length === 1 && root.children.length === 1 ? root.children[0] : undefined
}

interface Growing {
  readonly name: string
  text: string
  readonly children: Growing[]
}

const TOKEN =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<\/(?<close>[^\s>]+)\s*>|<(?<start>[^\s/>!?]+)[^>]*?(?<empty>\/?)>|(?<text>[^<]+)/g

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return NAMED[name] ?? entity
  })
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** The text of the first child of that name, exactly as it was written: keys may begin and end with spaces. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}
