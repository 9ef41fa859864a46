-- Joins, indexes, windows, recursion, triggers, JSON, full-text search, dates, errors.
.mode list
create table person(id integer primary key, name text, city integer, born real);
create table city(id integer primary key, name text, size integer check(size > 0));
create index by_city on person(city, name);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 50) insert into city select i, 'city' || i, i * 7919 % 1000 + 1 from n;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into person select i, 'name' || (i * 31 % 977), i * 37 % 53, 1900 + i * 1.25 from n;
select c.name, count(*), avg(p.born), min(p.name), max(p.id) from person p join city c on c.id = p.city group by c.id having count(*) > 90 order by 2 desc, 1 limit 10;
select count(*) from person p left join city c on c.id = p.city where c.id is null;
explain query plan select * from person where city = 7 order by name;
select a.id, b.id from person a join person b on a.city = b.city and a.name = b.name and a.id < b.id order by 1, 2 limit 5;
select name, size, rank() over (order by size desc), sum(size) over (order by id rows 2 preceding) from city order by id limit 8;
create trigger grow after insert on person begin update city set size = size + 1 where id = new.city; end;
insert into person values(9001, 'new', 7, 2000.5); select size from city where id = 7;
begin; delete from person where id % 2; select count(*) from person; rollback; select count(*) from person;
insert into city values(99, 'bad', -1);
select json_group_array(json_object('n', name, 's', size)) from city where id < 4; select json_extract('{"a":[1,{"b":2.5}]}', '$.a[1].b');
create virtual table doc using fts5(body); insert into doc values('the quick brown fox'), ('lazy dogs sleep'), ('quick dogs run');
select rowid, highlight(doc, 0, '[', ']') from doc where doc match 'quick OR dog*' order by rank, rowid;
select date('2024-02-29', '+1 year'), strftime('%s', '2001-09-09 01:46:40'), julianday('2000-01-01'), round(2.5), printf('%.10g|%08x', 1.0 / 3, 255), hex(zeroblob(3)), 9223372036854775807 + 1, 5 / 2, 5 % -3, abs(-7.5);
with recursive mandelbrot(cy, cx, x, y, i) as (select cy, cx, 0.0, 0.0, 0 from (with recursive a(cy) as (select -1.0 union all select cy + 0.25 from a where cy < 1) select cy from a), (with recursive b(cx) as (select -2.0 union all select cx + 0.125 from b where cx < 0.5) select cx from b) union all select cy, cx, x * x - y * y + cx, 2.0 * x * y + cy, i + 1 from mandelbrot where x * x + y * y < 4 and i < 20) select sum(i), count(*) from mandelbrot;
select sum(length(names)) from (select group_concat(name) as names from person group by city); analyze; reindex; vacuum; pragma integrity_check; pragma page_count;
