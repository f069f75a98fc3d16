import { simulate } from './simulate'

it('runs', async () => {
  for (let seed = 0; seed < 3; seed += 1) expect((await simulate(seed)).breaches).toEqual([])
})
