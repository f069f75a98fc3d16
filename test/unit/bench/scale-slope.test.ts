import { slopeOf } from '../../bench/scale-slope'

describe('a line through measured sizes', () => {
  it('tells what each costs, what it costs before the first, and that nothing is off a line', () => {
    expect(
      slopeOf([
        [1, 12],
        [10, 30],
        [100, 210],
      ]),
    ).toEqual({
      each: expect.closeTo(2),
      fixed: expect.closeTo(10),
      residual: expect.closeTo(0),
    })
  })

  it('tells how far the farthest measured size is from it, as a share of the greatest', () => {
    expect(
      slopeOf([
        [0, 0],
        [1, 2],
        [2, 0],
      ]).residual,
    ).toBeCloseTo((2 - 2 / 3) / 2)
  })

  it('is flat through nothing', () => {
    expect(
      slopeOf([
        [1, 0],
        [2, 0],
      ]),
    ).toEqual({ each: 0, fixed: 0, residual: 0 })
  })
})
