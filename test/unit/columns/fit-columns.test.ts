import { type Besides, fitColumns } from '../../../lambda/columns/fit-columns'
import type { ColumnMatch } from '../../../lambda/load-plan'
import type { TableColumn, TableShape } from '../../../lambda/model'

const column = (name: string, more: Partial<TableColumn> = {}): TableColumn => {
  return { name, type: 'integer', nullable: true, otherwise: 'null', ...more }
}
const tableOf = (...columns: readonly TableColumn[]): TableShape => ({ columns, primaryKey: [] })

const ORDERS = tableOf(
  column('id', { nullable: false }),
  column('customer'),
  column('state', { nullable: false, otherwise: 'default' }),
  column('note', { otherwise: 'default' }),
)
const NUMBERED = tableOf(
  column('seq', { nullable: false, otherwise: 'identity' }),
  column('nr', { nullable: false, otherwise: 'default-identity' }),
  column('name'),
)

function fitOf(
  names: readonly string[],
  table: TableShape,
  how: ColumnMatch = 'by-name',
  besides?: Besides,
  complete = true,
) {
  return fitColumns({ names, complete }, table, how, besides)
}

const fits = (...columns: readonly string[]) => ({ kind: 'fits', columns, unseen: [] })
const misfit = (reason: string) => {
  return { kind: 'misfit', code: 'COLUMNS_DO_NOT_FIT', reason: `its columns do not fit the table: ${reason}` }
}

describe('the columns of a file', () => {
  it("are told in the file's order and the table's spelling", () => {
    expect(fitOf(['Customer', 'ID'], ORDERS)).toEqual(fits('customer', 'id'))
    expect(fitOf(['note', 'State', 'id', 'CUSTOMER'], ORDERS, 'exactly-by-name')).toEqual(
      fits('note', 'state', 'id', 'customer'),
    )
  })

  it('may lack what the table can do without', () => {
    expect(fitOf(['id'], ORDERS)).toEqual(fits('id'))
  })

  it('may not lack what the table needs', () => {
    expect(fitOf(['customer'], ORDERS)).toEqual(misfit("the file has no 'id' (NOT NULL without a default)"))
  })

  it('may lack nothing exactly by name', () => {
    expect(fitOf(['id', 'note'], ORDERS, 'exactly-by-name')).toEqual(
      misfit("the file has no 'customer', 'state' (columns: 'exactly-by-name' wants all)"),
    )
  })

  it.each<ColumnMatch>(['by-name', 'exactly-by-name'])('may not be unknown %s', (how) => {
    expect(fitOf(['id', 'custmer', 'customer', 'state', 'note'], ORDERS, how)).toEqual(
      misfit("the table has no 'custmer'"),
    )
  })

  it('are guessed among those that the file lacks, and every difference is told', () => {
    expect(fitOf(['Idd', 'custmer', 'xyz'], ORDERS)).toEqual(
      misfit(
        "the table has no 'Idd' (did you mean 'id'?), 'custmer' (did you mean 'customer'?), 'xyz'; the file has no 'id' (NOT NULL without a default)",
      ),
    )
  })

  it('are counted where there are too many to tell', () => {
    const names = Array.from({ length: 34 }, (_, index) => `x${index}`)
    const shown = names.slice(0, 20).map((name) => `'${name}'`)
    expect(fitOf(['id', ...names], tableOf(column('id')))).toEqual(
      misfit(`the table has no ${shown.join(', ')} and 14 more`),
    )
  })

  it('are counted where they are too long to tell, and both sides fit into a record', () => {
    const names = Array.from({ length: 30 }, (_, index) => `${index}${'y'.repeat(200_000)}`)
    const table = tableOf(
      ...Array.from({ length: 40 }, (_, index) => column(`needed_column_${index}`, { nullable: false })),
    )
    const found = fitOf(names, table)
    expect(found).toMatchObject({
      reason: expect.stringMatching(/y…' and 28 more; the file has no .* and 30 more \(NOT NULL/),
    })
    expect(found.kind === 'misfit' && found.reason.length).toBeLessThan(500)
  })

  it('are told so that what cannot be seen is seen', () => {
    expect(fitOf(['\u200Bid', 'a\tb\u00A0'], ORDERS)).toMatchObject({
      reason: expect.stringContaining("'\\u{200b}id' (did you mean 'id'?), 'a\\u{9}b\\u{a0}'"),
    })
  })

  it('may be what the load knows and the table need not have', () => {
    expect(fitOf(['op', 'id'], ORDERS, 'exactly-by-name', { extra: ['Op'] })).toMatchObject({ kind: 'misfit' })
    expect(fitOf(['op', 'id'], ORDERS, 'by-name', { extra: ['Op'] })).toEqual(fits('Op', 'id'))
    expect(fitOf(['ID'], ORDERS, 'by-name', { extra: ['Id'] })).toEqual(fits('id'))
    expect(fitOf(['opp', 'id'], ORDERS, 'by-name', { extra: ['op'] })).toEqual(
      misfit("the table has no 'opp' (did you mean 'op'?)"),
    )
  })

  it('need not be what the load itself fills, and may not', () => {
    const table = tableOf(...ORDERS.columns, column('loaded_at', { nullable: false }))
    const besides = { filled: ['Loaded_At'] }
    expect(fitOf(['id', 'customer', 'state', 'note'], table, 'exactly-by-name', besides)).toMatchObject({
      kind: 'fits',
    })
    expect(fitOf(['id', 'LOADED_AT'], table, 'by-name', besides)).toEqual(
      misfit("the load itself fills 'loaded_at', so the file cannot"),
    )
    expect(fitOf(['id', 'loaded_att'], table, 'by-name', besides)).toEqual(misfit("the table has no 'loaded_att'"))
  })

  it('with the very case are meant, where a table has two that differ in nothing else', () => {
    const table = tableOf(column('Id'), column('id'))
    expect(fitOf(['id'], table)).toEqual(fits('id'))
    expect(fitOf(['Id'], table)).toEqual(fits('Id'))
    expect(fitOf(['ID'], table)).toEqual(misfit("the table has no 'ID' (did you mean 'Id'?)"))
  })
})

describe('a column that the warehouse numbers', () => {
  it.each<ColumnMatch>(['by-name', 'exactly-by-name'])('is not in the file (%s)', (how) => {
    expect(fitOf(['name'], NUMBERED, how)).toEqual(fits('name'))
    expect(fitOf(['name', 'Seq'], NUMBERED, how)).toEqual(
      misfit("the warehouse numbers 'seq' (IDENTITY, and explicitIds is not set)"),
    )
  })

  it('is in the file if explicitIds is set, as COPY wants it', () => {
    expect(fitOf(['name', 'Seq'], NUMBERED, 'by-name', { explicitIds: true })).toEqual(fits('name', 'seq'))
    expect(fitOf(['name'], NUMBERED, 'by-name', { explicitIds: true })).toEqual(
      misfit("the file has no 'seq' (IDENTITY, and explicitIds is set)"),
    )
  })

  it('may be in the file if it is numbered by default alone', () => {
    expect(fitOf(['nr', 'name'], NUMBERED, 'exactly-by-name')).toEqual(fits('nr', 'name'))
  })
})

describe('of a file of which not all was seen', () => {
  it('the other columns that are NULL by themselves are told', () => {
    expect(fitOf(['id'], ORDERS, 'by-name', {}, false)).toEqual({ kind: 'fits', columns: ['id'], unseen: ['customer'] })
    expect(fitOf(['name'], NUMBERED, 'by-name', {}, false)).toEqual({ kind: 'fits', columns: ['name'], unseen: [] })
    expect(fitOf(['id'], ORDERS, 'by-name', { filled: ['customer'] }, false)).toMatchObject({ unseen: [] })
  })
})
