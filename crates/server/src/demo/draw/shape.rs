//! Shapes, by the distance of a point to their edge: so they have soft edges and can be cut out of one another.

/// Something with an inside.
pub(super) trait Shape {
    /// Left, top, right and bottom of what holds all of it.
    fn bounds(&self) -> [f32; 4];
    /// How far a point is outside of it, in pixels; negative inside. Exact near the edge, and never more than twice as
    /// far as the edge is in the same row.
    fn distance(&self, x: f32, y: f32) -> f32;
}

#[derive(Clone, Copy)]
pub(super) struct Ellipse {
    pub(super) centre: [f32; 2],
    pub(super) radii: [f32; 2],
}

impl Shape for Ellipse {
    fn bounds(&self) -> [f32; 4] {
        around(self.centre, [self.radii[0] + 1.0, self.radii[1] + 1.0])
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let [dx, dy] = [x - self.centre[0], y - self.centre[1]];
        let [rx, ry] = self.radii;
        let slope = (dx / (rx * rx)).hypot(dy / (ry * ry));
        if slope < f32::EPSILON {
            return -rx.min(ry);
        }
        let size = (dx / rx).hypot(dy / ry);
        (size * (size - 1.0) / slope).max(-rx.min(ry))
    }
}

/// A rectangle with round corners.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) corner: f32,
}

impl Shape for Block {
    fn bounds(&self) -> [f32; 4] {
        [self.left, self.top, self.left + self.width, self.top + self.height]
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let half = [self.width / 2.0, self.height / 2.0];
        let dx = (x - self.left - half[0]).abs() - half[0] + self.corner;
        let dy = (y - self.top - half[1]).abs() - half[1] + self.corner;
        dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - self.corner
    }
}

/// A line with round ends.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) from: [f32; 2],
    pub(super) to: [f32; 2],
    pub(super) width: f32,
}

impl Shape for Line {
    fn bounds(&self) -> [f32; 4] {
        let room = self.width / 2.0 + 1.0;
        let [a, b] = [self.from, self.to];
        [a[0].min(b[0]) - room, a[1].min(b[1]) - room, a[0].max(b[0]) + room, a[1].max(b[1]) + room]
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let along = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let point = [x - self.from[0], y - self.from[1]];
        let length = (along[0] * along[0] + along[1] * along[1]).max(f32::EPSILON);
        let part = ((point[0] * along[0] + point[1] * along[1]) / length).clamp(0.0, 1.0);
        (point[0] - along[0] * part).hypot(point[1] - along[1] * part) - self.width / 2.0
    }
}

/// What is in both shapes.
pub(super) struct Both<A, B>(pub(super) A, pub(super) B);

impl<A: Shape, B: Shape> Shape for Both<A, B> {
    fn bounds(&self) -> [f32; 4] {
        let [a, b] = [self.0.bounds(), self.1.bounds()];
        [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        self.0.distance(x, y).max(self.1.distance(x, y))
    }
}

/// The first shape, with the second cut out.
pub(super) struct Without<A, B>(pub(super) A, pub(super) B);

impl<A: Shape, B: Shape> Shape for Without<A, B> {
    fn bounds(&self) -> [f32; 4] {
        self.0.bounds()
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        self.0.distance(x, y).max(-self.1.distance(x, y))
    }
}

fn around(centre: [f32; 2], room: [f32; 2]) -> [f32; 4] {
    [centre[0] - room[0], centre[1] - room[1], centre[0] + room[0], centre[1] + room[1]]
}
