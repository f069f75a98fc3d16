import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { namesInFile } from '../../../lambda/columns/names-in-file'
import type { FileOptions } from '../../../lambda/copy-options'
import { aFile, aPlan } from './files'

async function namesIn(content: string | Uint8Array, format: 'csv' | 'delimited', options: FileOptions = {}) {
  const { object, objects } = await aFile(content)
  const found = await namesInFile({ objects }, object, aPlan(format, { headerLines: 1, ...options }))
  if (found.kind === 'unreadable') return `${found.code}: ${found.reason}`
  expect(found.complete).toBe(true)
  return found.names
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

describe('the names in a header of CSV', () => {
  it.each<[string, string | Uint8Array, FileOptions, readonly string[]]>([
    ['without a line end', 'id,name', {}, ['id', 'name']],
    ['of one column', 'id\n1\n', {}, ['id']],
    ['with blanks around', ' id , na me\t,x\n1,2,3\n', {}, ['id', 'na me', 'x']],
    ['with CRLF', 'id,"name"\r\n1,2\r\n', {}, ['id', 'name']],
    ['with a delimiter within quotes', 'id,"a,b",c\n', {}, ['id', 'a,b', 'c']],
    ['with doubled quotes', '"a ""b"" c","""",x\n', {}, ['a "b" c', '"', 'x']],
    ['with blanks beside the quotes', 'id, "a,b" ,\t"c"\n', {}, ['id', 'a,b', 'c']],
    ['with another quote', "id,'a,b',\"c\n", { quote: "'" }, ['id', 'a,b', '"c']],
    ['with tabs', 'id\t"a\tb"\tc\n', { delimiter: '\t' }, ['id', 'a\tb', 'c']],
    ['with several characters between', 'id|~|"a|~|b"|~|c|d\n', { delimiter: '|~|' }, ['id', 'a|~|b', 'c|d']],
    ['as the second line', '"made by us\nid,name\n1,2\n', { headerLines: 2 }, ['id', 'name']],
    ['as the second line, at the end', '\nid,name', { headerLines: 2 }, ['id', 'name']],
    ['behind a byte order mark', '\uFEFFid,n\u00FC\n', {}, ['id', 'n\u00FC']],
    [
      'in UTF-16 by its mark',
      Buffer.from('\uFEFFid,\u{1FAA3}\n', 'utf16le'),
      { encoding: 'utf16' },
      ['id', '\u{1FAA3}'],
    ],
    ['in UTF-16 the other way round', utf16be('\uFEFFid,n\u00FC\n'), { encoding: 'utf16' }, ['id', 'n\u00FC']],
    ['in UTF-16LE', Buffer.from('id,n\u00FC\n', 'utf16le'), { encoding: 'utf16le' }, ['id', 'n\u00FC']],
    ['in UTF-16BE', utf16be('id,n\u00FC\n'), { encoding: 'utf16be' }, ['id', 'n\u00FC']],
    ['in ISO 8859-1', Buffer.from('id,n\u00FC\u0080\n', 'latin1'), { encoding: 'iso88591' }, ['id', 'n\u00FC\u0080']],
    ['before values in no encoding', Buffer.from([0x69, 0x64, 0x0a, 0xff, 0x00, 0xc3]), {}, ['id']],
  ])('are read %s', async (_, content, options, names) => {
    expect(await namesIn(content, 'csv', options)).toEqual(names)
  })

  it.each<[string, string | Uint8Array, FileOptions, string]>([
    ['an empty file', '', {}, 'it is empty'],
    ['a byte order mark alone', '\uFEFF', {}, 'it is empty'],
    ['too few lines', 'one\n', { headerLines: 2 }, 'its header should be line 2, and it has one line'],
    ['far too few lines', 'one\ntwo\nthree', { headerLines: 9 }, 'its header should be line 9, and it has 3 lines'],
    ['a blank line', '\nid,name\n', {}, 'name 1 of its header is empty'],
    ['a name that is empty', 'id,"",name\n', {}, 'name 2 of its header is empty'],
    ['a delimiter at the end', 'id,name,\n', {}, 'name 3 of its header is empty'],
    ['one name twice', 'id,name,ID\n', {}, "names 1 and 3 of its header are the same column, 'ID'"],
    ['a newline within quotes', 'id,"a\nb",c\n1,2,3\n', {}, 'its header ends within quotes'],
    [
      'a newline within quotes, counted as two lines',
      'id,"a\nb",c\n1,2,3\n',
      { headerLines: 2 },
      'name 1 of its header has a quote that is neither around the name nor doubled',
    ],
    [
      'a stray quote',
      'id,5" disk\n',
      {},
      'name 2 of its header has a quote that is neither around the name nor doubled',
    ],
    [
      'something behind a quote',
      'id,"a"b\n',
      {},
      'name 2 of its header has a quote that is neither around the name nor doubled',
    ],
    [
      'carriage returns alone',
      'id,name\r1,2\r',
      {},
      'there is a carriage return within its header: end the lines with a newline',
    ],
    [
      'UTF-16 where UTF-8 was told',
      Buffer.from('\uFEFFid\n', 'utf16le'),
      {},
      "it is in UTF-16, by its byte order mark: set encoding: 'utf16'",
    ],
    [
      'UTF-16 without a mark where UTF-8 was told',
      Buffer.from('id\n', 'utf16le'),
      {},
      'there are NUL characters in its header: if the file is in UTF-16, set its encoding',
    ],
    [
      'UTF-16 without its mark',
      Buffer.from('id\n', 'utf16le'),
      { encoding: 'utf16' },
      'it should be in UTF-16, and has no byte order mark',
    ],
    [
      'UTF-16 the other way round',
      utf16be('\uFEFFid\n'),
      { encoding: 'utf16le' },
      'it is in utf-16be, by its byte order mark, and not in utf-16le',
    ],
    [
      'ISO 8859-1 where UTF-8 was told',
      Buffer.from('id,n\u00FC\n', 'latin1'),
      {},
      "name 2 of its header, 'n\uFFFD', is not in the encoding of the file: set another",
    ],
    [
      'a character that is cut off',
      Buffer.from('id,n\u00FC').subarray(0, -1),
      {},
      "name 2 of its header, 'n\uFFFD', is not in the encoding of the file: set another",
    ],
    [
      'gzip where nothing was told',
      gzipSync('id\n'),
      {},
      "it is in gzip, which its name does not tell: set compression: 'gzip'",
    ],
  ])('are not taken from %s', async (_, content, options, reason) => {
    expect(await namesIn(content, 'csv', options)).toBe(`COLUMNS_UNREADABLE: ${reason}`)
  })

  it('are not taken from what is no text', async () => {
    const junk = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256))
    expect(await namesIn(junk, 'csv')).toMatch(/^COLUMNS_UNREADABLE: /)
  })

  it('are told by a header alone', async () => {
    expect(await namesIn('1,2\n', 'csv', { headerLines: 0 })).toBe(
      'COLUMNS_NOT_TOLD: without a header nothing tells its names: set headerLines',
    )
  })

  it('come back as they were, however they are quoted', async () => {
    const name = fc
      .string({
        unit: fc.constantFrom('a', 'B', '\u00FC', '\u{1F4A7}', ' ', ',', '"', "'", '|', ';', '\\'),
        minLength: 1,
        maxLength: 6,
      })
      .map((text) => text.trim())
      .filter((text) => text !== '')
    const headers = fc.record({
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 6, selector: (text) => text.toLowerCase() }),
      delimiter: fc.constantFrom(',', ';', '|', '\t', '||', ',;'),
      end: fc.constantFrom('', '\n', '\r\n', '\n1,2\n'),
      always: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(headers, async ({ names, delimiter, end, always }) => {
        const quoted = (text: string) => {
          // A part of a long delimiter at the end of a name would make one with what comes after.
          const isPlain = !text.includes('"') && !Array.from(delimiter).some((character) => text.includes(character))
          return isPlain && !always ? text : `"${text.replaceAll('"', '""')}"`
        }
        expect(await namesIn(names.map(quoted).join(delimiter) + end, 'csv', { delimiter })).toEqual(names)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the names in a header of delimited text', () => {
  it.each<[string, string, FileOptions, readonly string[]]>([
    ['with bars', 'id|a,b|c\n', {}, ['id', 'a,b', 'c']],
    ['with quotes that are part of them', '"id"|\'b\'\n', {}, ['"id"', "'b'"]],
    ['with quotes that are taken off', '"a|b"|\'c"d\'|e"f\n', { removeQuotes: true }, ['a|b', 'c"d', 'e"f']],
    ['with escapes', 'a\\|b|c\\\\|\\d\n', { escape: true }, ['a|b', 'c\\', 'd']],
    ['with backslashes that are part of them', 'a\\|b\n', {}, ['a\\', 'b']],
    ['with escapes within quotes', '"a\\"|b"|c\n', { escape: true, removeQuotes: true }, ['a"|b', 'c']],
    ['with several characters between', 'a::b:::c\r\n', { delimiter: '::' }, ['a', 'b', ':c']],
  ])('are read %s', async (_, content, options, names) => {
    expect(await namesIn(content, 'delimited', options)).toEqual(names)
  })

  it.each<[string, string, FileOptions, string]>([
    ['a quote without an end', '"a|b\n', { removeQuotes: true }, 'its header ends within quotes'],
    ['a newline that is escaped', 'a|b\\\nc\n', { escape: true }, 'its header ends with a backslash'],
    ['a name that is empty', 'a||b\n', {}, 'name 2 of its header is empty'],
  ])('are not taken from %s', async (_, content, options, reason) => {
    expect(await namesIn(content, 'delimited', options)).toBe(`COLUMNS_UNREADABLE: ${reason}`)
  })
})
