"""backend tables

Revision ID: 3f2a9c1d7b10
Revises:
Create Date: 2025-08-01 07:30:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '3f2a9c1d7b10'
down_revision = None
branch_labels = None
depends_on = None


def moment(name, default=False):
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False,
        server_default=sa.func.now() if default else None)


def upgrade() -> None:
    op.create_table(
        'users',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('email', sa.String(255), nullable=False, unique=True),
        sa.Column('hashed_password', sa.String(255)),
        sa.Column('is_active', sa.Boolean(), nullable=False, server_default=sa.true()),
        moment('created_at', default=True),
    )
    op.create_table(
        'stocks',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('symbol', sa.String(16), nullable=False, unique=True),
        sa.Column('name', sa.String(255), nullable=False),
        sa.Column('sector', sa.String(64)),
        sa.Column('last_price', sa.Numeric(12, 4)),
        moment('updated_at', default=True),
    )
    op.create_table(
        'reddit_posts',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('reddit_id', sa.String(16), nullable=False, unique=True),
        sa.Column('subreddit', sa.String(64), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('score', sa.Integer(), nullable=False, server_default='0'),
        moment('posted_at'),
    )
    op.create_table(
        'reddit_comments',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column(
            'post_id', sa.Integer(), sa.ForeignKey('reddit_posts.id', ondelete='CASCADE'),
            nullable=False),
        sa.Column('author', sa.String(64)),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('score', sa.Integer(), nullable=False, server_default='0'),
    )
    op.create_table(
        'news_articles',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column(
            'stock_id', sa.Integer(), sa.ForeignKey('stocks.id', ondelete='CASCADE'),
            nullable=False),
        sa.Column('url', sa.Text(), nullable=False, unique=True),
        sa.Column('headline', sa.Text(), nullable=False),
        moment('published_at'),
    )
    op.create_table(
        'research_reports',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column(
            'stock_id', sa.Integer(), sa.ForeignKey('stocks.id', ondelete='CASCADE'),
            nullable=False),
        sa.Column('title', sa.String(255), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        moment('created_at', default=True),
    )


def downgrade() -> None:
    for table in (
            'research_reports', 'news_articles', 'reddit_comments', 'reddit_posts', 'stocks',
            'users'):
        op.drop_table(table)
