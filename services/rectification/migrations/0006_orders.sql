-- Closed orders, and what is not closed below orders: the worker looks every few seconds whether
-- they meet. Items without an order above them are in neither.
create index items_orders_closed on items (campaign, item) where cascades and state = 'closed';
create index items_below_unclosed on items (campaign, parent)
    where parent <> '' and state <> 'closed';
