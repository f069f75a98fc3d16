import { alignTables, tableOf } from '../../bench/markdown-table'

describe('a table in Markdown', () => {
  it('is padded as the formatter pads it', () => {
    const table = tableOf(
      [{ title: 'figure' }, { title: 'median', align: 'right' }, { title: '' }],
      [
        ['import of on-load', '152', '≤ 200 ✓'],
        ['a|b', '1', ''],
      ],
    )
    expect(table).toBe(
      [
        '| figure            | median |         |',
        '| ----------------- | -----: | ------- |',
        '| import of on-load |    152 | ≤ 200 ✓ |',
        '| a\\|b              |      1 |         |',
      ].join('\n'),
    )
  })

  it('has columns of three characters at least, since its rule needs them', () => {
    expect(tableOf([{ title: 'a' }, { title: 'b', align: 'right' }], [['1', '2']])).toBe(
      '| a   |   b |\n| --- | --: |\n| 1   |   2 |',
    )
  })
})

describe('padding the tables of a text', () => {
  it('pads each of them and leaves the rest alone', () => {
    const text = 'Shares:\n\n|what|share|\n|-|-:|\n|fetching|40 %|\n|x|5 %|\n\nAnd | a line.\n| no table'
    expect(alignTables(text)).toBe(
      [
        'Shares:\n',
        '| what     | share |',
        '| -------- | ----: |',
        '| fetching |  40 % |',
        '| x        |   5 % |',
        '\nAnd | a line.\n| no table',
      ].join('\n'),
    )
  })

  it('changes nothing the second time', () => {
    const once = alignTables('|a|b|\n|-|:-:|\n|1|x\\|y|')
    expect(alignTables(once)).toBe(once)
  })

  it('leaves code alone', () => {
    const code = '```\n|a|b|\n|-|-|\n|1|2|\n```'
    expect(alignTables(code)).toBe(code)
  })
})
