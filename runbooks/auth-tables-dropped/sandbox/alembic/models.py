"""The backend's models. The tables of Better Auth are not among them: that is the incident's cause."""
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Text,
    func,
    true,
)
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(255), nullable=False, unique=True)
    hashed_password = Column(String(255))
    is_active = Column(Boolean, nullable=False, server_default=true())
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())


class Stock(Base):
    __tablename__ = "stocks"
    id = Column(Integer, primary_key=True)
    symbol = Column(String(16), nullable=False, unique=True)
    name = Column(String(255), nullable=False)
    sector = Column(String(64))
    last_price = Column(Numeric(12, 4))
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())


class RedditPost(Base):
    __tablename__ = "reddit_posts"
    id = Column(Integer, primary_key=True)
    reddit_id = Column(String(16), nullable=False, unique=True)
    subreddit = Column(String(64), nullable=False)
    title = Column(Text, nullable=False)
    score = Column(Integer, nullable=False, server_default="0")
    posted_at = Column(DateTime(timezone=True), nullable=False)


class RedditComment(Base):
    __tablename__ = "reddit_comments"
    id = Column(Integer, primary_key=True)
    post_id = Column(Integer, ForeignKey("reddit_posts.id", ondelete="CASCADE"), nullable=False)
    author = Column(String(64))
    body = Column(Text, nullable=False)
    score = Column(Integer, nullable=False, server_default="0")


class NewsArticle(Base):
    __tablename__ = "news_articles"
    id = Column(Integer, primary_key=True)
    stock_id = Column(Integer, ForeignKey("stocks.id", ondelete="CASCADE"), nullable=False)
    url = Column(Text, nullable=False, unique=True)
    headline = Column(Text, nullable=False)
    published_at = Column(DateTime(timezone=True), nullable=False)


class ResearchReport(Base):
    __tablename__ = "research_reports"
    id = Column(Integer, primary_key=True)
    stock_id = Column(Integer, ForeignKey("stocks.id", ondelete="CASCADE"), nullable=False)
    title = Column(String(255), nullable=False)
    content = Column(Text, nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    # The change that was meant: a report is shown while it is being written.
    status = Column(String(20), nullable=False, server_default="completed")
    progress = Column(Integer, nullable=False, server_default="100")
    streamed_content = Column(Text)
    error_message = Column(Text)
    completed_at = Column(DateTime(timezone=True))
