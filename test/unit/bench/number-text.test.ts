import { exactly, threeDigits } from '../../bench/number-text'

describe('a number in a report', () => {
  it.each([
    [0, '0'],
    [3, '3'],
    [152, '152'],
    [1_234, '1,230'],
    [12_345_678, '12,300,000'],
    [1.5, '1.50'],
    [9.999, '10.0'],
    [99.96, '100'],
    [999.7, '1,000'],
    [0.001234, '0.00123'],
    [0.00009996, '0.000100'],
    [-2.345, '-2.35'],
  ])('has three significant digits: %p is %p', (value, text) => {
    expect(threeDigits(value)).toBe(text)
  })

  it('that is to be reached loses no digit', () => {
    expect([2_000, 2.5, 1_250, 0.16, 1_234.5].map(exactly)).toEqual(['2,000', '2.50', '1,250', '0.160', '1,234.5'])
  })
})
