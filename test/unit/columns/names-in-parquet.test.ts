import { namesInFile } from '../../../lambda/columns/names-in-file'
import { aFile, aPlan } from './files'

async function parquetOf(names: readonly string[], rows = 3): Promise<Buffer> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const data = Array.from({ length: rows }, (_, row) => `value ${row}`)
  return Buffer.from(parquetWriteBuffer({ columnData: names.map((name) => ({ name, data, type: 'STRING' })) }))
}

async function nestedParquet(): Promise<Buffer> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [1, 2] },
        {
          name: 'person',
          data: [
            { id: 7, name: 'a' },
            { id: 8, name: 'b' },
          ],
        },
        { name: 'last', data: [1.5, 2.5] },
      ],
      schema: [
        { name: 'root', num_children: 3 },
        { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'person', num_children: 2, repetition_type: 'OPTIONAL' },
        { name: 'id', type: 'INT32', repetition_type: 'OPTIONAL' },
        { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'last', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
    }),
  )
}

async function look(content: string | Uint8Array) {
  const { object, objects, ranges } = await aFile(content)
  const found = await namesInFile({ objects }, object, aPlan('parquet'))
  return { found, read: ranges.map(({ from, bytes }) => [from, bytes]) }
}

/** `PAR1`, a body, the length that is said of it, and what stands at the end. */
function framed(body: Uint8Array, said = body.length, end = 'PAR1'): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(said)
  return Buffer.concat([Buffer.from('PAR1'), body, length, Buffer.from(end)])
}

describe('the names in the footer of a Parquet file', () => {
  it('are read in the order of the file and as it spells them', async () => {
    const content = await parquetOf(['id', 'Name', 'n\u00FC \u{1FAA3}'])
    const { found, read } = await look(content)
    expect(found).toEqual({ kind: 'names', names: ['id', 'Name', 'n\u00FC \u{1FAA3}'], complete: true })
    expect(read).toEqual([[0, content.length]])
  })

  it('are those at the top, not those within', async () => {
    expect((await look(await nestedParquet())).found).toMatchObject({ names: ['id', 'person', 'last'] })
  })

  it('are read of a large file without its values', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer')
    const data = Array.from({ length: 50_000 }, (_, row) => Math.sin(row))
    const content = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'x', data }] }))
    const { found, read } = await look(content)
    expect(found).toMatchObject({ names: ['x'] })
    expect(read).toEqual([[content.length - 65_536, 65_536]])
  })

  it('are read of a footer that is longer than the first guess, once more', async () => {
    const names = Array.from({ length: 1_600 }, (_, index) => `column_${index}`)
    const content = await parquetOf(names)
    const { found, read } = await look(content)
    expect(found).toMatchObject({ names })
    const start = content.length - 8 - content.readUInt32LE(content.length - 8)
    expect(read).toEqual([
      [content.length - 65_536, 65_536],
      [start, content.length - 65_536 - start],
    ])
  })

  it('are read of a file without rows', async () => {
    expect((await look(await parquetOf(['id'], 0))).found).toMatchObject({ names: ['id'] })
  })

  it.each<[string, string | Uint8Array, string | RegExp]>([
    ['an empty file', '', 'it is too short for a Parquet file'],
    ['a file shorter than its frame', 'PAR1\0\0\0PAR1', 'it is too short for a Parquet file'],
    ['what ends otherwise', 'id,name\n1,2\n3,4\n', 'it does not end as a Parquet file does, with PAR1'],
    ['an encrypted footer', framed(Buffer.alloc(8), 8, 'PARE'), 'it is a Parquet file with an encrypted footer'],
    ['a footer beyond the file', framed(Buffer.alloc(8), 9), 'its Parquet footer is said to be longer than the file'],
    ['a footer of nothing', framed(Buffer.alloc(0)), /^its Parquet footer cannot be read: /],
    ['a footer of junk', framed(Buffer.alloc(5_000, 0x7a)), /^its Parquet footer cannot be read: /],
    ['a footer nested without an end', framed(Buffer.alloc(60_000, 0x1c)), /^its Parquet footer cannot be read: /],
  ])('are not taken from %s', async (_, content, reason) => {
    const { found } = await look(content)
    const text = typeof reason === 'string' ? reason : expect.stringMatching(reason)
    expect(found).toEqual({ kind: 'unreadable', code: 'COLUMNS_UNREADABLE', reason: text })
  })

  it('are not taken from a footer that would fill the memory', async () => {
    const { found, read } = await look(framed(Buffer.alloc(17 * 1024 * 1024)))
    expect(found).toMatchObject({ reason: 'its Parquet footer is longer than 16777216 bytes' })
    expect(read).toHaveLength(1)
  })

  it('are those of the version that is meant', async () => {
    const { object, objects } = await aFile(await parquetOf(['id']))
    objects.putBytes('s3://landing/file', await parquetOf(['other']))
    await expect(namesInFile({ objects }, object, aPlan('parquet'))).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  })

  it('are not taken if two differ in case alone', async () => {
    expect((await look(await parquetOf(['id', 'ID']))).found).toMatchObject({
      reason: "names 1 and 2 of its Parquet schema are the same column, 'ID'",
    })
  })
})
