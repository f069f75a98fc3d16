import { setImmediate as turn } from 'node:timers/promises'
import { inChunks, inParallel } from '../../../lambda/platform/in-parallel'

/** Work that ends when it is told to. */
function controlled() {
  const begun: number[] = []
  const ends = new Map<number, { resolve(): void; reject(error: Error): void }>()
  const work = (item: number) => {
    begun.push(item)
    return new Promise<number>((resolve, reject) => ends.set(item, { resolve: () => resolve(item * 10), reject }))
  }
  return { begun, ends, work }
}

it('has no more under way than it may, and gives the results in order', async () => {
  const { begun, ends, work } = controlled()
  const all = inParallel(2, [1, 2, 3], work)
  await turn()
  expect(begun).toEqual([1, 2])
  ends.get(2)?.resolve()
  await turn()
  expect(begun).toEqual([1, 2, 3])
  ends.get(3)?.resolve()
  ends.get(1)?.resolve()
  expect(await all).toEqual([10, 20, 30])
})

it('begins nothing more after a failure, and throws it when nothing is under way any more', async () => {
  const { begun, ends, work } = controlled()
  let settled = false
  const all = inParallel(2, [1, 2, 3, 4], work).finally(() => {
    settled = true
  })
  all.catch(() => undefined)
  await turn()
  ends.get(1)?.reject(new Error('the first'))
  await turn()
  expect({ settled, begun }).toEqual({ settled: false, begun: [1, 2] })
  ends.get(2)?.reject(new Error('the second'))
  await expect(all).rejects.toThrow('the first')
  expect(begun).toEqual([1, 2])
})

it('does nothing with nothing', async () => {
  expect(await inParallel(8, [], async () => 1)).toEqual([])
  expect(inChunks(25, [])).toEqual([])
  expect(inChunks(2, [1, 2, 3])).toEqual([[1, 2], [3]])
})
