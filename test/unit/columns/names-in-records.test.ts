import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { namesInFile } from '../../../lambda/columns/names-in-file'
import type { CopyPlan } from '../../../lambda/copy-plan'
import { aFile, aPlan } from './files'

async function look(content: string | Uint8Array, said: Partial<Extract<CopyPlan, { format: 'json' }>> = {}) {
  const { object, objects, ranges } = await aFile(content)
  return { found: await namesInFile({ objects }, object, aPlan('json', said)), reads: ranges.length }
}

const MANY = `{"id":1,"text":"${'x'.repeat(100)}"}\n`.repeat(2_000)

describe('the names in JSON records', () => {
  it.each<[string, string, readonly string[]]>([
    ['of one record', '{"id":1,"name":"x"}', ['id', 'name']],
    ['of all of them', '{"id":1}\n{"id":2,"b":null}\n\n{"a":[]}\n', ['id', 'b', 'a']],
    ['of records over several lines, and none between', ' {\r\n\t"id" :\n1 } {"b":2}{"c":3}', ['id', 'b', 'c']],
    ['and none of what is within', '{"a":{"b":{"c":1}},"d":[{"e":2},"f"],"g":3}', ['a', 'd', 'g']],
    ['past braces and quotes in strings', '{"a":"}{\\"x\\":[","b}":"]\\\\"}{"c":1}', ['a', 'b}', 'c']],
    [
      'with their escapes undone',
      '{"n\\u00fc":1,"\\ud83e\\udea3":2,"a\\"b":3,"c\\/d\\\\":4}',
      ['n\u00FC', '\u{1FAA3}', 'a"b', 'c/d\\'],
    ],
    ['as the first record spells them', '{"Id":1}\n{"iD":2,"B":1}', ['Id', 'B']],
    [
      'that an object could take for its own',
      '{"__proto__":1,"constructor":2,"10":3,"9":4}',
      ['__proto__', 'constructor', '10', '9'],
    ],
    ['with an empty record among them', '{}\n{"id":1}', ['id']],
    [
      'with values of every kind',
      '{"a":-1.5e10,"b":true,"c":null,"d":"","e":{},"f":[]}',
      ['a', 'b', 'c', 'd', 'e', 'f'],
    ],
    ['behind a byte order mark', '\uFEFF{"id":1}', ['id']],
    ['with blanks that are part of them', '{" id":1}', [' id']],
  ])('are read %s', async (_, content, names) => {
    expect((await look(content)).found).toEqual({ kind: 'names', names, complete: true })
  })

  it('are those of all records of a file that is not too long, as each may name others', async () => {
    const { found, reads } = await look(`${MANY}{"later":1}`)
    expect(found).toEqual({ kind: 'names', names: ['id', 'text', 'later'], complete: true })
    expect(reads).toBe(2)
  })

  it('are those of the records that end in the first 4 MB, and may not be all', async () => {
    const record = `{"id":1,"text":"${'x'.repeat(1_000)}"}\n`
    const { found } = await look(`${record.repeat(4_500)}{"later":1}`)
    expect(found).toEqual({ kind: 'names', names: ['id', 'text'], complete: false })
  })

  it('do not include those of a record that is cut off', async () => {
    expect((await look('{"id":1}\n{"id":2,"b":3,"c')).found).toEqual({ kind: 'names', names: ['id'], complete: false })
  })

  it('are looked for in the first megabyte, if the first record is long', async () => {
    const { found, reads } = await look(`{"long":"${'\\"}'.repeat(50_000)}","id":1}\n${MANY}`)
    expect(found).toMatchObject({ names: ['long', 'id', 'text'], complete: true })
    expect(reads).toBe(2)
  })

  it('are read in gzip and UTF-16', async () => {
    const content = gzipSync(Buffer.from(`\uFEFF${MANY}`, 'utf16le'))
    const { found } = await look(content, { compression: 'gzip', encoding: 'utf16' })
    expect(found).toEqual({ kind: 'names', names: ['id', 'text'], complete: true })
  })

  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', ' \n', 'it is empty'],
    [
      'an array',
      '[{"id":1},{"id":2}]',
      'its records are in an array, and COPY wants them without: one after the other, with white space between',
    ],
    [
      'records with commas',
      '{"id":1},\n{"id":2}',
      'there are commas between its records, and COPY wants white space alone',
    ],
    ['what is no record', '"id"', 'it does not begin with a JSON record'],
    ['what is no JSON', 'id,name\n1,2\n', 'it does not begin with a JSON record'],
    ['something behind a record', '{"id":1}\n{"id":2}}', 'what comes after its JSON record 2 is no record'],
    ['a record without an end', '{"id":1,"b":[1,2}', 'its first JSON record has no end'],
    ['a string without an end', '{"id":"1}\n', 'its first JSON record has no end'],
    ['records without names', '{}\n{}', 'there are no names in its JSON records'],
    [
      'one name twice in a record',
      '{"id":1}{"a":1,"A":2}',
      "names 1 and 2 of its JSON record 2 are the same column, 'A'",
    ],
    ['a name that is empty', '{"":1}', 'name 1 of its JSON record 1 is empty'],
    ['a name with a bad escape', '{"\\x":1}', 'a name in its JSON records is not written as JSON writes text'],
    ['bytes that mean nothing', Buffer.from([0x00, 0x01, 0xff]), 'it does not begin with a JSON record'],
  ])('are not taken from %s', async (_, content, reason) => {
    expect((await look(content)).found).toEqual({ kind: 'unreadable', code: 'COLUMNS_UNREADABLE', reason })
  })

  it('are not taken from a record that does not end in the first 4 MB', async () => {
    const { found } = await look(`{"id":"${'x'.repeat(5_000_000)}"}`)
    expect(found).toMatchObject({ code: 'COLUMNS_UNREADABLE', reason: 'its first megabytes do not hold its names' })
  })

  it.each(['s3://landing/paths.json', 'noshred'] as const)('mean nothing with paths %s', async (paths) => {
    expect((await look('{"id":1}', { paths })).found).toMatchObject({ code: 'COLUMNS_NOT_TOLD' })
  })

  it('are those that JSON.parse finds', async () => {
    const record = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => !name.includes('\0')),
      fc.jsonValue(),
      { minKeys: 1, noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 4 }), async (records) => {
        const { found } = await look(records.map((one) => JSON.stringify(one)).join('\n'))
        const names = new Set(records.flatMap((one) => Object.keys(one).map((name) => name.toLowerCase())))
        const isDoubled = records.some(
          (one) => new Set(Object.keys(one).map((name) => name.toLowerCase())).size < Object.keys(one).length,
        )
        if (isDoubled) expect(found).toMatchObject({ kind: 'unreadable' })
        else expect(found.kind === 'names' && new Set(found.names.map((name) => name.toLowerCase()))).toEqual(names)
      }),
      { numRuns: 300 },
    )
  })
})
