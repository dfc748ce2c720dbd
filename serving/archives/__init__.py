"""Model archives (.mar): what they hold, how they are built and checked. No torch."""
