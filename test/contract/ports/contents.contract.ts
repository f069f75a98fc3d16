import { fingerprintOf, type S3Url } from '../../../lambda/model'
import type { ContentsPort } from '../../../lambda/ports'
import { AWKWARD_KEYS, anObject, aTarget } from './builders'

const A = fingerprintOf({ etag: 'a', sizeBytes: 1 })
const B = fingerprintOf({ etag: 'b', sizeBytes: 1 })

/** What the pipeline relies on from whatever remembers contents. */
export function describeContentsPort(name: string, make: () => ContentsPort): void {
  describe(`contents ${name}`, () => {
    it('tells the file that was loaded with a content, and leaves out what was not', async () => {
      const target = aTarget()
      await make().put(target, new Map([[A, 's3://landing/1.csv']]))
      expect(await make().get(target, [A, B, A])).toEqual(new Map([[A, 's3://landing/1.csv']]))
    })

    it('keeps targets apart', async () => {
      const [one, other] = [aTarget(), aTarget()]
      await make().put(one, new Map([[A, 's3://landing/1.csv']]))
      expect(await make().get(other, [A])).toEqual(new Map())
    })

    it('tells equal etags of other sizes apart, and parts of an upload from the whole', async () => {
      const target = aTarget()
      await make().put(target, new Map([[fingerprintOf({ etag: 'a-12', sizeBytes: 1 }), 's3://landing/1.csv']]))
      expect(await make().get(target, [A, fingerprintOf({ etag: 'a-12', sizeBytes: 2 })])).toEqual(new Map())
    })

    it('writes over whatever is there, and the same twice', async () => {
      const target = aTarget()
      for (const file of [1, 2, 2]) await make().put(target, new Map([[A, `s3://landing/${file}.csv` as const]]))
      expect(await make().get(target, [A])).toEqual(new Map([[A, 's3://landing/2.csv']]))
    })

    it('takes files whose keys have 1,024 bytes of emoji, separators and control characters', async () => {
      const target = aTarget()
      const loaded = new Map(
        AWKWARD_KEYS.map((key, at) => [
          fingerprintOf({ ...anObject(key), sizeBytes: at }),
          `s3://landing/${key}` as S3Url,
        ]),
      )
      await make().put(target, loaded)
      expect(await make().get(target, [...loaded.keys()])).toEqual(loaded)
    })

    it('notes 1,000 contents and finds them in any order', async () => {
      const target = aTarget()
      const loaded = new Map(
        Array.from({ length: 1_000 }, (_, at) => [
          fingerprintOf({ etag: `e${at}`, sizeBytes: at }),
          `s3://landing/${at}.csv` as const,
        ]),
      )
      await make().put(target, loaded)
      expect(await make().get(target, [...loaded.keys()].toReversed())).toEqual(loaded)
    })

    it('does nothing with nothing', async () => {
      await make().put(aTarget(), new Map())
      expect(await make().get(aTarget(), [])).toEqual(new Map())
    })
  })
}
