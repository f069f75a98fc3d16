import { startTestRedshift, type TestClient, type TestRedshift } from './a-redshift'

let world: TestRedshift
let client: TestClient
beforeAll(async () => {
  world = await startTestRedshift()
  client = await world.connect()
  await client.rows(`
    CREATE TABLE sales (day int, item varchar(10), price int);
    CREATE TABLE days (day int, name varchar(10));
    INSERT INTO sales VALUES (1, 'a', 10), (1, 'b', 50), (1, 'c', 2), (2, 'd', 500), (2, 'e', 5);
    INSERT INTO days VALUES (1, 'Mon'), (2, 'Tue')`)
})
afterAll(() => world.stop())

const DEAREST = 'QUALIFY row_number() OVER (PARTITION BY day ORDER BY price DESC) = 1'

describe('QUALIFY [docs: r_QUALIFY_clause]', () => {
  it('filters by a window function that is not shown', async () => {
    expect(await client.rows(`SELECT day, item FROM sales AS s ${DEAREST} ORDER BY day`)).toEqual([
      { day: 1, item: 'b' },
      { day: 2, item: 'd' },
    ])
  })

  it('shows with * the columns of the table and nothing else', async () => {
    expect(await client.rows(`SELECT * FROM sales s WHERE price > 2 ${DEAREST} ORDER BY price`)).toEqual([
      { day: 1, item: 'b', price: 50 },
      { day: 2, item: 'd', price: 500 },
    ])
    const { rows, fields } = await client.raw.query(`
      SELECT s.*, d.name AS weekday, count(*) OVER (PARTITION BY s.day)
      FROM sales AS s JOIN days AS d ON d.day = s.day
      QUALIFY rank() OVER (PARTITION BY s.day ORDER BY s.price) = 1 ORDER BY s.price DESC`)
    expect(fields.map(({ name }) => name)).toEqual(['day', 'item', 'price', 'weekday', 'count'])
    expect(rows.map(({ item }) => item)).toEqual(['e', 'c'])
    const both = await client.raw.query(`
      SELECT * FROM sales AS s LEFT JOIN days AS d ON d.day = s.day + 1 QUALIFY row_number() OVER (ORDER BY s.price DESC) <= 2`)
    expect(both.fields.map(({ name }) => name)).toEqual(['day', 'item', 'price', 'day', 'name'])
    expect(both.rows.map(({ item, name }) => [item, name])).toEqual([
      ['d', null],
      ['b', 'Tue'],
    ])
  })

  it('knows the columns that the list computes', async () => {
    const sql = `SELECT item, row_number() OVER (PARTITION BY day ORDER BY price DESC) AS place FROM sales AS s
      QUALIFY place = 2 ORDER BY item LIMIT 1`
    expect(await client.rows(sql)).toEqual([{ item: 'a', place: '2' }])
  })

  it('goes with WHERE, GROUP BY, HAVING, DISTINCT, set operations and parameters', async () => {
    const grouped = `SELECT day, sum(price) AS total FROM sales WHERE price > 2 GROUP BY day HAVING count(*) > 0
      QUALIFY rank() OVER (ORDER BY sum(price)) <= $1::int`
    expect(await client.rows(grouped, [1])).toEqual([{ day: 1, total: '60' }])
    const distinct = 'SELECT DISTINCT day FROM sales s QUALIFY count(*) OVER (PARTITION BY day) >= 2 ORDER BY day'
    expect(await client.values(distinct)).toEqual([1, 2])
    const union = `SELECT item FROM sales s ${DEAREST} UNION ALL SELECT item FROM sales s ${DEAREST} ORDER BY 1 DESC`
    expect(await client.values(union)).toEqual(['d', 'd', 'b', 'b'])
  })

  it('fills tables: CREATE TABLE AS, INSERT and subqueries', async () => {
    await client.rows(`CREATE TEMP TABLE dearest AS SELECT day, item, price, 0 AS flag FROM (
      SELECT "day", "item", "price" FROM "sales" UNION ALL SELECT there."day", there."item", 0 FROM sales AS there
    ) AS candidates ${DEAREST}`)
    expect(await client.rows('SELECT * FROM dearest ORDER BY day')).toEqual([
      { day: 1, item: 'b', price: 50, flag: 0 },
      { day: 2, item: 'd', price: 500, flag: 0 },
    ])
    await client.rows(`INSERT INTO dearest (day, item) SELECT NVL(day, 0), item FROM sales s ${DEAREST}`)
    expect(await client.values('SELECT count(*)::int FROM dearest')).toEqual([4])
    const nested = `SELECT count(*)::int FROM (SELECT * FROM (SELECT * FROM sales s ${DEAREST}) AS t ${DEAREST}) AS u`
    expect(await client.values(nested)).toEqual([2])
    const exists = `SELECT name FROM days AS d WHERE EXISTS (
      SELECT item FROM sales s WHERE s.day = d.day QUALIFY row_number() OVER (ORDER BY price) = 3)`
    expect(await client.values(exists)).toEqual(['Mon'])
  })

  it('keeps the types and lengths of the columns', async () => {
    await client.rows(`CREATE TABLE typed AS SELECT item FROM sales s ${DEAREST}`)
    const length = "SELECT character_maximum_length FROM svv_columns WHERE table_name = 'typed'"
    expect(await client.values(length)).toEqual([10])
  })

  it('needs an alias directly before it, where the word would be taken for one', async () => {
    expect(await client.failure(`SELECT * FROM sales ${DEAREST}`)).toMatchObject({ code: '42601' })
    expect(await client.failure(`SELECT item FROM (SELECT * FROM sales) ${DEAREST}`)).toMatchObject({ code: '42601' })
    expect(await client.values(`SELECT item FROM sales WHERE day = 1 ${DEAREST}`)).toEqual(['b'])
  })

  it('says what it cannot do', async () => {
    const refused = { code: '0A000', message: expect.stringMatching(/^the embedded environment can't /) }
    expect(await client.failure(`SELECT price + 1 FROM sales s ${DEAREST}`)).toMatchObject(refused)
    expect(await client.failure(`SELECT * FROM sales JOIN days USING (day) ${DEAREST}`)).toMatchObject(refused)
  })

  it('is a mere name when it is quoted', async () => {
    expect(await client.rows('SELECT 1 AS "qualify"')).toEqual([{ qualify: 1 }])
  })
})
