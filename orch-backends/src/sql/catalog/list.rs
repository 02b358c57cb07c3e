mod filter;

use orch_core::{
    AccountId, Agent, Order, Page, PageRequest, StoreError,
    catalog::{AgentFilter, Sort, SortKey},
};

use self::filter::Conditions;
use super::row::{self, AGENT, FROM};
use crate::sql::Tx;

/// Up to so many agents are sorted; of more, the wanted ones are met soon on a walk along the order.
const FEW: u64 = 1_000;

pub(super) async fn list(
    tx: &mut dyn Tx,
    viewer: &AccountId,
    filter: &AgentFilter,
    sort: Sort,
    page: PageRequest,
) -> Result<Page<Agent>, StoreError> {
    let conditions = Conditions::of(viewer, filter);
    let total = count(tx, &conditions).await?;
    let mut items = Vec::new();
    if page.offset < total {
        let (key, direction) = (column(sort.key), direction(sort.order));
        let limit = i64::from(page.limit);
        let offset = i64::try_from(page.offset)
            .unwrap_or(i64::MAX)
            .min(i64::MAX - limit);
        let mut params = conditions.params.clone();
        let found = if total <= FEW {
            sorted(&conditions, key)
        } else {
            params.push((offset + limit).into());
            walked(&conditions, key, direction, params.len())
        };
        params.extend([limit.into(), offset.into()]);
        let (limit, offset) = (params.len() - 1, params.len());
        let sql = format!(
            "WITH found AS MATERIALIZED ({found}) SELECT {AGENT} FROM {FROM} JOIN (SELECT id, sort_key FROM found \
             ORDER BY sort_key {direction}, id LIMIT ?{limit} OFFSET ?{offset}) AS page ON page.id = a.id \
             ORDER BY page.sort_key {direction}, page.id"
        );
        let rows = tx.query(&sql, &params).await?;
        items = rows.iter().map(row::agent).collect::<Result<_, _>>()?;
    }
    Ok(Page { items, total })
}

fn column(key: SortKey) -> &'static str {
    match key {
        SortKey::Name => "title",
        SortKey::Rating => "rating",
        SortKey::Cost => "cost",
        SortKey::CreatedAt => "created_at",
    }
}

fn direction(order: Order) -> &'static str {
    match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    }
}

async fn count(tx: &mut dyn Tx, conditions: &Conditions) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) AS n FROM orch_agents a WHERE a.audience IN (?1, ?2){}",
        conditions.for_search()
    );
    let rows = tx.query(&sql, &conditions.params).await?;
    rows.first()
        .map_or(Ok(0), |row| row.of("orch_agents").number("n"))
}

/// All that the filter admits, by the index that narrows it most.
fn sorted(conditions: &Conditions, key: &str) -> String {
    format!(
        "SELECT a.id, a.{key} AS sort_key FROM orch_agents a WHERE a.audience IN (?1, ?2){}",
        conditions.for_search()
    )
}

/// The first agents of each audience that the filter admits, by the index that has their order.
fn walked(conditions: &Conditions, key: &str, direction: &str, end: usize) -> String {
    let conditions = conditions.for_walk(key);
    let walk = |audience: &str| {
        format!(
            "SELECT * FROM (SELECT a.id, a.{key} AS sort_key FROM orch_agents a WHERE a.audience = {audience}{conditions} \
             ORDER BY a.{key} {direction}, a.id LIMIT ?{end}) AS walk"
        )
    };
    format!("{} UNION ALL {}", walk("?1"), walk("?2"))
}
