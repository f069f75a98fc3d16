import { type FileRecord, urlOf } from '../../../lambda/model'
import type { FilesPort } from '../../../lambda/ports'
import { AWKWARD_KEYS, aFailedRecord, aHeldRecord, aLoadedRecord, anObject, aTarget } from './builders'

/** What the pipeline relies on from whatever remembers files. */
export function describeFilesPort(name: string, make: () => FilesPort): void {
  const getAll = (records: readonly FileRecord[]) => {
    const target = records[0]?.target ?? aTarget()
    return make().get(
      target,
      records.map(({ object }) => urlOf(object)),
    )
  }

  describe(`files ${name}`, () => {
    it('gives back each kind of record with everything in it', async () => {
      const target = aTarget()
      const base = { target, atMs: 1_795_000_060_001 }
      const records: FileRecord[] = [
        { ...base, object: anObject('1'), status: 'loaded', batchId: 'b1' },
        { ...base, object: anObject('2'), status: 'loaded', batchId: 'b1', ignored: { etag: 'other', atMs: 3 } },
        {
          ...base,
          object: anObject('3', { versionId: 'v' }),
          status: 'failed',
          error: { code: 'C', reason: 'why' },
          inTable: { etag: 'e0', batchId: 'b0' },
        },
        {
          ...base,
          object: anObject('4'),
          status: 'failed',
          batchId: 'b2',
          error: { code: '1207', reason: 'Invalid digit', line: 2 ** 40, column: 'Ä', value: '' },
        },
        { ...base, object: anObject('5'), status: 'skipped', code: 'EMPTY_OBJECT', reason: 'it has 0 bytes' },
        { ...base, object: anObject('6'), status: 'skipped', code: 'DUPLICATE_CONTENT', reason: 'it is like 1' },
        { ...aHeldRecord(target, '7'), atMs: base.atMs },
      ]
      await make().put(records)
      expect(await getAll(records)).toEqual(new Map(records.map((record) => [urlOf(record.object), record])))
    })

    it('leaves out what has no record, and what only another target knows', async () => {
      const [known, of] = [aLoadedRecord(aTarget(), 'a'), aTarget()]
      await make().put([known, aLoadedRecord(of, 'b')])
      const found = await make().get(of, ['s3://landing/a', 's3://landing/b', 's3://landing/c', 's3://landing/b'])
      expect([...found.keys()]).toEqual(['s3://landing/b'])
    })

    it('writes over whatever is there', async () => {
      const target = aTarget()
      await make().put([aLoadedRecord(target, 'a')])
      await make().put([aFailedRecord(target, 'a')])
      expect((await make().get(target, ['s3://landing/a'])).get('s3://landing/a')).toEqual(aFailedRecord(target, 'a'))
    })

    it('takes keys of 1,024 bytes of emoji, separators and control characters', async () => {
      const target = aTarget()
      const records = AWKWARD_KEYS.map((key) => aFailedRecord(target, key))
      await make().put(records)
      expect([...(await getAll(records)).values()]).toEqual(expect.arrayContaining(records))
    })

    it('writes 1,000 records and reads them back in any order', async () => {
      const target = aTarget()
      const records = Array.from({ length: 1_000 }, (_, at) => aLoadedRecord(target, `${at}.csv`))
      await make().put(records)
      const found = await getAll(records.toReversed())
      expect(records.map(({ object }) => found.get(urlOf(object)))).toEqual(records)
    })

    it('does not let a record grow with the text of an error', async () => {
      const target = aTarget()
      await make().put([aFailedRecord(target, 'a', `${'x'.repeat(1_198)}🪣🪣`)])
      const [record] = (await make().get(target, ['s3://landing/a'])).values()
      expect(record).toEqual(aFailedRecord(target, 'a', `${'x'.repeat(1_198)}…`))
    })

    it('protects a loaded record from a writer that must not undo it', async () => {
      const target = aTarget()
      const loaded = aLoadedRecord(target, 'a')
      expect(await make().putUnlessLoaded(aFailedRecord(target, 'a'))).toBe(true)
      expect(await make().putUnlessLoaded(loaded)).toBe(true)
      // Nobody can tell this from a write whose answer got lost.
      expect(await make().putUnlessLoaded({ ...loaded })).toBe(true)
      expect(await make().putUnlessLoaded(aFailedRecord(target, 'a'))).toBe(false)
      expect(await make().putUnlessLoaded(aLoadedRecord(target, 'a', 'b2'))).toBe(false)
      expect([...(await make().get(target, ['s3://landing/a'])).values()]).toEqual([loaded])
    })

    it('does nothing with nothing', async () => {
      await make().put([])
      expect(await make().get(aTarget(), [])).toEqual(new Map())
    })
  })
}
